# A gateway in a small image. `docker build -t regcard .`
#
# The widget is built first, then the gateway that carries it; what runs has no shell's tools but Debian's least, and no rights.

FROM rust:1-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends nodejs npm && rm -rf /var/lib/apt/lists/*
RUN rustup target add wasm32-unknown-unknown
WORKDIR /regcard
COPY . .
RUN cargo xtask build && strip target/release/regcard

FROM debian:bookworm-slim
# For upstreams and object stores, whose certificates have to be checked.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin regcard \
    && install -d -o regcard -g regcard -m 700 /var/lib/regcard && install -d /etc/regcard/forms
COPY --from=build /regcard/target/release/regcard /usr/local/bin/regcard
COPY --from=build /regcard/forms/product-registration.toml /etc/regcard/forms/
USER 10001
WORKDIR /var/lib/regcard
# Where it is reached has to be said as well: REGCARD_PUBLIC_URL.
ENV REGCARD_DATA=/var/lib/regcard REGCARD_FORMS=/etc/regcard/forms REGCARD_LISTEN=0.0.0.0:8787 REGCARD_OPERATOR_LISTEN=127.0.0.1:9787 REGCARD_LOG_FORMAT=json
VOLUME /var/lib/regcard
EXPOSE 8787
STOPSIGNAL SIGTERM
ENTRYPOINT ["regcard"]
CMD ["serve"]
