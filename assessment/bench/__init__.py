"""`teruji bench`: how fast the service is, against floors measured in the same run, on databases made for it."""
