"""Pages: what stands on them, who gets them, how many statements they take, and that texts are only texts."""
