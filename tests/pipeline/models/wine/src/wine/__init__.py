"""Which of three cultivars is the wine from?"""
