"""Built images: docker archives and OCI layouts, their documents and the tars of their layers."""
