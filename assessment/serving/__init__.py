"""The processes of a running installation: web processes, one signer, one job worker, and who watches them."""
