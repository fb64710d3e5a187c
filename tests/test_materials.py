"""What the site is made of: each part has its licence beside it, and the bill names each package of the lock once."""

import json
import re

import pytest
from packaging.licenses import canonicalize_license_expression

from datagravity.paths import ROOT
from datagravity.site import materials

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SHIPPED = materials.shipped()


@pytest.mark.parametrize("part", SHIPPED, ids=lambda part: part.name)
def test_a_part_has_a_licence_of_spdx_and_its_text(part):
    assert canonicalize_license_expression(part.licence) == part.licence
    text = " ".join(materials.text_of(part).split())
    assert "Copyright" in text or "copyright" in text
    said = {"MIT": "Permission is hereby granted", "BSD": "Redistribution and use", "ISC": "Permission to use, copy"}
    said |= {"OFL": "SIL OPEN FONT LICENSE", "CC-BY": "creativecommons.org/licenses/by/4.0"}
    assert [name for name, words in said.items() if name in part.licence and words not in text] == []


def test_two_parts_share_a_file_only_if_it_says_the_same():
    texts = {(materials.file_of(part), materials.text_of(part)) for part in SHIPPED}
    assert len({name for name, _ in texts}) == len(texts)


def test_the_bill_names_each_package_of_the_lock_once_with_its_digests():
    bill = materials.bill(LOCK)
    assert (bill["bomFormat"], bill["specVersion"], bill["version"]) == ("CycloneDX", "1.6", 1)
    references = [part["bom-ref"] for part in bill["components"]]
    assert len(references) == len(set(references))
    packages = [part for part in bill["components"] if "purl" in part]
    assert len(packages) == len(re.findall(r"^[\w.-]+==", LOCK, re.M)) == LOCK.count("==") - LOCK.count(" == ")
    assert sum(len(part["hashes"]) for part in packages) == LOCK.count("--hash=")
    assert all(part["hashes"] and re.fullmatch(r"pkg:pypi/[a-z0-9.-]+@\S+", part["purl"]) for part in packages)
    assert {part["scope"] for part in bill["components"]} == {"required", "excluded"}


def test_the_bill_holds_no_time_and_no_address_of_this_machine():
    text = json.dumps(materials.bill(LOCK))
    assert text == json.dumps(materials.bill(LOCK))
    assert str(ROOT) not in text
    assert set(re.findall(r"https?://[^/\"]+", text)) == {"http://cyclonedx.org"}


def test_a_licence_is_what_the_package_says():
    assert materials.licence_of("no-such-package") is None
    assert materials.licence_of("numpy").startswith("BSD-3-Clause")


def test_the_page_leads_to_the_bill_and_to_each_text():
    page = materials.body("numpy==2.4.6 \\\n    --hash=sha256:" + "a" * 64 + "\n")
    addresses = set(re.findall(r'href="([^"#]+)"', page))
    assert addresses == {materials.BILL} | {f"{materials.LICENCES}/{materials.file_of(part)}" for part in SHIPPED}
    assert "numpy" in page
