# The hub as an image: what requirements.lock names, and the package. `docker build --tag unshub .`

FROM python:3.11.16-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/unshub
COPY requirements.lock ./
RUN /opt/unshub/bin/pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY schema schema
COPY graph graph
COPY connectors connectors
COPY hub hub
RUN /opt/unshub/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11.16-slim-bookworm
RUN groupadd --gid 10001 unshub \
    && useradd --uid 10001 --gid unshub --home-dir /var/lib/unshub --no-create-home --shell /usr/sbin/nologin unshub \
    && install --directory --owner unshub --group unshub --mode 0700 /var/lib/unshub /run/unshub
COPY --from=build /opt/unshub /opt/unshub
ENV PATH=/opt/unshub/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 UNSHUB_DATA=/var/lib/unshub
USER 10001:10001
WORKDIR /var/lib/unshub
HEALTHCHECK --interval=30s --timeout=10s --retries=3 --start-period=1m --start-interval=2s \
    CMD ["unshub", "doctor", "--ready"]
ENTRYPOINT ["unshub"]
CMD ["up"]
