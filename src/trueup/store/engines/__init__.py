"""Engines that read the warehouse's files; each is imported only when it is asked for."""
