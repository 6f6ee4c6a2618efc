"""Raw records as sources gave them, from which all rows can be made again."""
