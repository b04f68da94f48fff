"""The part of the settings that keeps others out: what browsers, proxies and peers must do.

https://docs.djangoproject.com/en/5.2/topics/security/
"""
