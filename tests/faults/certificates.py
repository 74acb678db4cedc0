# SPDX-License-Identifier: MIT
"""Certificates, right and wrong."""

import ssl
import subprocess

import pytest


def openssl(folder, *words):
    subprocess.run(
        ["openssl", *words], cwd=folder, check=True, capture_output=True
    )


@pytest.fixture
def certify(tmp_path):
    """Makes a certificate of an authority of our own; the context of a server
    that shows it."""

    def make(name="IP:127.0.0.1", start="20200101000000Z",
             end="21000101000000Z"):
        key = ["-newkey", "rsa:2048", "-nodes"]
        openssl(tmp_path, "req", "-x509", *key, "-keyout", "ca.key", "-out",
                "ca.pem", "-subj", "/CN=Authority", "-days", "9999")
        openssl(tmp_path, "req", *key, "-keyout", "key", "-out", "csr",
                "-subj", "/CN=server")
        (tmp_path / "ext").write_text(f"subjectAltName={name}\n")
        (tmp_path / "index").write_text("")
        (tmp_path / "serial").write_text("01\n")
        (tmp_path / "ca.conf").write_text(
            "[ca]\ndefault_ca=a\n[a]\ndatabase=index\nserial=serial\n"
            "new_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\n"
            "commonName=supplied\n"
        )
        openssl(tmp_path, "ca", "-batch", "-config", "ca.conf", "-cert",
                "ca.pem", "-keyfile", "ca.key", "-in", "csr", "-out", "cert",
                "-startdate", start, "-enddate", end, "-extfile", "ext",
                "-notext")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tmp_path / "cert", tmp_path / "key")
        return context, {"network": {"ca_file": str(tmp_path / "ca.pem")}}

    return make
