"""Floor 1: what does this site set, and what is it?"""
