"""Whose day it is on a site of which only the address is known."""

import pytest

from pipelines.sources.zones import country_of, zone_of


@pytest.mark.parametrize(
    ("url", "country", "zone"),
    [
        ("https://www.bbc.co.uk/news/1", "GB", "Europe/London"),
        ("https://news.morava.cz/ferry", "CZ", "Europe/Prague"),
        ("https://jisr.sy/", "SY", "Asia/Damascus"),
        ("https://www.aljazeera.net/news/1", "QA", "Asia/Qatar"),
        ("https://vesti.test.ru/1", "RU", "Europe/Moscow"),
        ("https://jornal.test.br/1", "BR", "America/Sao_Paulo"),
        ("https://morava.gov/1", "US", "America/New_York"),
        ("https://diario.com.co/1", "CO", "America/Bogota"),
        ("https://morava.co/1", "", "UTC"),
        ("https://morava.tv/1", "", "UTC"),
        ("https://morava.com/1", "", "UTC"),
        ("http://127.0.0.1:8000/1", "", "UTC"),
        ("no address", "", "UTC"),
    ],
)
def test_the_catalogue_and_then_the_domain_tell_country_and_zone(url: str, country: str, zone: str) -> None:
    assert (country_of(url), zone_of(url)) == (country, zone)
