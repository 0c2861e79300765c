"""The files a seller downloads, as the platforms and the back office write them."""
