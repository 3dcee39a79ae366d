#!/bin/sh
# What a warehouse's cron job does with curl: load numbers, look one up, register, correct, take back. Any refusal ends it.
set -eu
base=$1
token=$2

api() { curl --silent --show-error --fail-with-body --header "Authorization: Bearer $token" --header 'Content-Type: application/json' "$@"; }
status() { curl --silent --output /dev/null --write-out '%{http_code}' --header "Authorization: Bearer $token" "$@"; }
expect() { [ "$1" = "$2" ] || { echo "expected $2, got $1: $3" >&2; exit 1; }; }

expect "$(status "$base/serial_number")" 204 'no number yet'
api "$base/serial_numbers" --data '{"serialNumbers":[{"serialNumber":"WH-1","sku":"MERC","customerTags":"new,vip"},{"serialNumber":"WH-2"}]}' >/dev/null
expect "$(status "$base/serial_number")" 200 'a random number'
expect "$(status "$base/serial_numbers/WH-1")" 200 'a number that is there'
expect "$(status "$base/serial_numbers/WH-9")" 204 'a number that is not'

added=$(api "$base/registrations" --data '{"registrations":[{"productName":"Lamp","customerEmail":"wh+1@example.com","customerName":"Wanda H.","serialNumbers":["WH-1"],"purchaseDate":"2024-03-31"}]}')
id=$(printf '%s' "$added" | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
[ -n "$id" ] || { echo "no id in $added" >&2; exit 1; }
api --get "$base/registrations" --data-urlencode 'email=wh+1@example.com' | grep -q '"total":1' || exit 1
api --request PUT "$base/registrations/$id" --data '{"registration":{"serialNumbers":["WH-2"],"fields":{"note":"exchanged"}}}' | grep -q '"note":"exchanged"' || exit 1
# The token in the body, as the documentation's examples have it.
curl --silent --fail-with-body --request PUT "$base/registrations/$id" --header 'Content-Type: application/json' \
  --data "{\"accessToken\":\"$token\",\"registration\":{\"purchaseDate\":\"2024-04-01\"}}" | grep -q '"purchaseDate":"2024-04-01"' || exit 1

file=$(mktemp)
printf '%%PDF-1.4 a receipt' >"$file"
size=$(wc -c <"$file" | tr -d ' ')
signed=$(api "$base/upload_file?fileName=receipt.pdf&fileType=application/pdf&fileSize=$size" | sed -n 's/.*"signedRequest":"\([^"]*\)".*/\1/p')
curl --silent --show-error --fail-with-body --request PUT --header 'Content-Type: application/pdf' --data-binary "@$file" "$signed" >/dev/null
rm "$file"

expect "$(status --request DELETE "$base/registrations/$id")" 200 'erased'
expect "$(status --request DELETE "$base/registrations/$id")" 404 'erased before'
expect "$(status --header 'X-Nothing: 1' "$base/serial_numbers/WH-2")" 200 'the number is free again'
