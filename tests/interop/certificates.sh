#!/usr/bin/env bash
# Makes a throw-away certificate authority and one certificate for each host of the namespace.
# The keys live for a day in a temporary folder and are never reused.
#
#   certificates.sh FOLDER HOST [HOST...]
#   CERTIFICATE_DAYS=30                                  for tests that move the clock on
set -euo pipefail

folder=$1
shift
mkdir -p "$folder"
cd "$folder"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days "${CERTIFICATE_DAYS:-1}" \
    -subj "/CN=Carefolk interop test authority" -keyout authority.key -out authority.pem \
    -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign,cRLSign" \
    2> /dev/null

for host in "$@"; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "/CN=$host" \
        -keyout "$host.key" -out "$host.csr" 2> /dev/null
    openssl x509 -req -in "$host.csr" -CA authority.pem -CAkey authority.key -days "${CERTIFICATE_DAYS:-1}" \
        -set_serial "0x$(openssl rand -hex 8)" -out "$host.pem" -extfile <(
            printf '%s\n' "subjectAltName=DNS:$host,DNS:*.$host" "basicConstraints=critical,CA:FALSE" \
                "keyUsage=critical,digitalSignature" "extendedKeyUsage=serverAuth"
        ) 2> /dev/null
done
