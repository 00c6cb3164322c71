"""The OpenAPI description of the read API as a page for people: plain markup that runs no script and loads nothing."""

from __future__ import annotations

import html
from typing import Any

SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
HEAD = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Nightdesk read API</title><style>"
    "body{font:16px sans-serif;max-width:60rem;margin:2rem auto}td,th{text-align:start;padding:.2rem 1rem .2rem 0}"
    "</style>"
)


def write_page(described: dict[str, Any]) -> str:
    """The description as markup: each request with its parameters, each answer with its fields."""
    parts = [f"<h1>{_text(described['info']['title'])}</h1><p>{_text(described['info']['description'])}</p>"]
    parts.append('<p>For programs: <a href="openapi.json">openapi.json</a></p>')
    for path, methods in described["paths"].items():
        for method, one in methods.items():
            parts.append(
                f"<h2><code>{_text(method.upper())} {_text(path)}</code></h2><p>{_text(one['description'])}</p>"
            )
            rows = [(p["name"], p.get("description", ""), p["schema"]) for p in one.get("parameters", ())]
            parts.append(_table(("parameter", "means", "form"), rows))
            codes = [(status, answer["description"], _schema(answer)) for status, answer in one["responses"].items()]
            parts.append(_table(("status", "means", "answer"), codes))
    for name, schema in described["components"]["schemas"].items():
        parts.append(f'<h3 id="{_text(name)}">{_text(name)}</h3><p>{_text(schema.get("description", ""))}</p>')
        fields = [(field, told.get("description", ""), told) for field, told in schema.get("properties", {}).items()]
        parts.append(_table(("field", "means", "form"), fields))
    return HEAD + "".join(parts)


def _table(head: tuple[str, ...], rows: list[tuple[str, str, dict[str, Any]]]) -> str:
    if not rows:
        return ""
    top = "".join(f"<th>{_text(cell)}</th>" for cell in head)
    lines = (
        f"<tr><td><code>{_text(name)}</code></td><td>{_text(means)}</td><td>{_form(schema)}</td></tr>"
        for name, means, schema in rows
    )
    return f"<table><tr>{top}</tr>{''.join(lines)}</table>"


def _schema(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _form(schema: dict[str, Any]) -> str:
    """The type of a value; a model becomes a link."""
    if "$ref" in schema:
        name = _text(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_form(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_form(schema['items'])}"
    return _text(" ".join(filter(None, (schema.get("type", ""), schema.get("format", "")))))


def _text(value: object) -> str:
    return html.escape(str(value))
