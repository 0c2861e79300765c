"""What page functions share: texts, prices, schema.org, links, verdicts, site rules."""
