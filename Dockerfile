# The service in one image: what the browser gets is built first, then everything is installed from the lock file.
FROM node:22-bookworm-slim AS ui
WORKDIR /build/web/graphiql
COPY web/graphiql/package.json web/graphiql/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/graphiql ./
RUN npm run build

FROM python:3.13-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /opt/headwater
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY sdk ./sdk
COPY service ./service
COPY --from=ui /build/service/headwater_service/static/graphiql ./service/headwater_service/static/graphiql
RUN pip install --no-deps --no-build-isolation . \
    && useradd --create-home --uid 10001 headwater
USER headwater
WORKDIR /home/headwater
EXPOSE 8900
STOPSIGNAL SIGTERM
CMD ["python", "-m", "headwater_service"]
