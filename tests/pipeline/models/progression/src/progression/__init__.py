"""How far will the disease have come in a year?"""
