"""Is the tumour malignant?"""
