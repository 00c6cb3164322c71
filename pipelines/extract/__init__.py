"""Turns pages into articles or rejections. Only this package imports trafilatura, and only when trafilatura is used."""
