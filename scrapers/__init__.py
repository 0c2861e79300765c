"""The Scrapy project: spiders go, page functions read, items are what was seen."""
