"""Seller Intel: the pipeline and warehouse behind a seller's own market figures."""
