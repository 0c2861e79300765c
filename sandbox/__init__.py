"""A simulated market: the files a seller would download, and the truth behind them."""
