#!/bin/sh
# Makes the certificates of the tests anew, valid for 100 years; their keys guard nothing.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
from=20200101000000Z
to=21200101000000Z

# request KEY-FILE COMMON-NAME
request() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout "$1" -out "$work/$2.csr"
}

# sign NAME COMMON-NAME FROM TO EXTENSIONS... (the last words are options of openssl ca)
sign() {
    name=$1 common=$2 begins=$3 ends=$4
    printf '%b' "$5" >"$work/extensions"
    shift 5
    : >"$work/index"
    printf '[a]\ndatabase=%s/index\nserial=%s/serial\nnew_certs_dir=%s\npolicy=p\ndefault_md=sha256\n[p]\ncommonName=supplied\n' \
        "$work" "$work" "$work" >"$work/conf"
    openssl ca -batch -notext -config "$work/conf" -name a -extfile "$work/extensions" -create_serial \
        -startdate "$begins" -enddate "$ends" -in "$work/$common.csr" -out "$name.pem" "$@"
}

request "$work/ca.key" authority
request server.key server
sign ca authority $from $to 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n' \
    -selfsign -keyfile "$work/ca.key"
leaf='basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName='
here='DNS:localhost,DNS:push.test,IP:127.0.0.1\n'
sign server server $from $to "$leaf$here" -cert ca.pem -keyfile "$work/ca.key"
sign elsewhere server $from $to "${leaf}DNS:elsewhere.test\n" -cert ca.pem -keyfile "$work/ca.key"
sign expired server $from 20210101000000Z "$leaf$here" -cert ca.pem -keyfile "$work/ca.key"
