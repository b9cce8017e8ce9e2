"""Floor 2: what may run before the visitor said yes?"""
