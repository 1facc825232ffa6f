"""What a SAML identity provider answers, signed with a key of its own, as true or false as a test wants it."""

import base64
import datetime
import zlib
from functools import cache
from urllib.parse import parse_qs, urlsplit

import xmlsec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

ISSUER = "https://idp.example.se/saml"
SUBJECT_ID = "urn:oasis:names:tc:SAML:attribute:subject-id"
NS = {"saml": "urn:oasis:names:tc:SAML:2.0:assertion", "samlp": "urn:oasis:names:tc:SAML:2.0:protocol"}

ASSERTION = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{assertion}" Version="2.0"
 IssueInstant="{now}"><saml:Issuer>{issuer}</saml:Issuer>
<saml:Subject><saml:NameID Format="{format}">{name_id}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData {expiry} {recipient} {asked}/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{before}" NotOnOrAfter="{after}">{restriction}</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}"><saml:AuthnContext>
<saml:AuthnContextClassRef>{level}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="{attribute}">
<saml:AttributeValue>{subject}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"""

RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"
 xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="r1" Version="2.0" IssueInstant="{now}"
 {destination} {response_to}><saml:Issuer>{issuer}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:{status}"/></samlp:Status>
{signed}</samlp:Response>"""

AUDIENCE = "<saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction>"


@cache
def key_and_certificate(name):
    """A key of that name and its certificate, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = datetime.datetime(2020, 1, 1)
    made = x509.CertificateBuilder(subject, subject, key.public_key(), 1, start, start.replace(year=2090))
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    certificate = made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    return pem.decode(), certificate.decode()


def asked(address):
    """The question that lies in the address to which a person was sent: (id, state, XML)."""
    query = parse_qs(urlsplit(address).query)
    xml = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
    return xml.get("ID"), query["RelayState"][0], xml


def stamp(**later):
    return (datetime.datetime.now(datetime.UTC) + datetime.timedelta(**later)).strftime("%Y-%m-%dT%H:%M:%SZ")


def attribute(name, value):
    return f'{name}="{value}"' if value else ""


def answer(question, *, here, audience, level, signer="idp", algorithms=None, twist=None, **changes):
    """An answer to ``question`` as it is posted (Base64). ``changes`` replace single facts before it is signed.

    ``twist`` changes the XML of the answer after that. Without ``signer`` nothing is signed.
    """
    facts = {
        "assertion": "a1",
        "issuer": ISSUER,
        "format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
        "name_id": "n-1",
        "attribute": SUBJECT_ID,
        "subject": "abc@exempel.se",
        "level": level,
        "now": stamp(),
        "before": stamp(minutes=-5),
        "after": stamp(minutes=5),
        "expiry": attribute("NotOnOrAfter", stamp(minutes=5)),
        "recipient": attribute("Recipient", here),
        "destination": attribute("Destination", here),
        "asked": attribute("InResponseTo", question),
        "response_to": attribute("InResponseTo", question),
        "restriction": AUDIENCE.format(audience),
        "status": "Success",
        **changes,
    }
    assertion = ASSERTION.format(**facts)
    if signer:
        signed = OneLogin_Saml2_Utils.add_sign(assertion, *key_and_certificate(signer), **(algorithms or {}))
        assertion = signed.decode()
    xml = RESPONSE.format(signed=assertion, **facts)
    return base64.b64encode((twist(xml) if twist else xml).encode()).decode()


def encrypted(xml, certificate):
    """The answer with its assertion readable for the owner of ``certificate`` alone; a ``twist``."""
    document = etree.fromstring(xml)
    assertion = document.find("saml:Assertion", NS)
    outer = etree.SubElement(document, f"{{{NS['saml']}}}EncryptedAssertion")
    outer.append(assertion)
    data = xmlsec.template.encrypted_data_create(
        document, xmlsec.constants.TransformAes256Gcm, type=xmlsec.constants.TypeEncElement, ns="xenc"
    )
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="dsig")
    wrapped = xmlsec.template.add_encrypted_key(info, xmlsec.constants.TransformRsaOaep)
    xmlsec.template.encrypted_data_ensure_cipher_value(wrapped)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(certificate, xmlsec.constants.KeyDataFormatCertPem))
    context = xmlsec.EncryptionContext(manager)
    context.key = xmlsec.Key.generate(xmlsec.constants.KeyDataAes, 256, xmlsec.constants.KeyDataTypeSession)
    context.encrypt_xml(data, assertion)
    return etree.tostring(document).decode()
