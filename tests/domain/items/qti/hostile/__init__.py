"""Files that mean harm, made by the tests, and the process in which they are read within limits."""
