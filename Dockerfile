FROM python:3.11-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    AIRFLOW_HOME=/opt/airflow \
    SELLER_INTEL_HOME=/srv/seller-intel

# The folders exist here so that the volumes mounted on them belong to the account.
RUN useradd --uid 50000 --create-home --shell /usr/sbin/nologin seller \
    && install --directory --owner=seller --group=seller --mode=750 \
        /opt/airflow /opt/airflow/logs /opt/airflow/auth \
        /srv/seller-intel /srv/seller-intel/inbox

WORKDIR /opt/seller-intel

COPY requirements.lock ./
RUN pip install --no-deps --require-hashes --requirement requirements.lock

COPY . .
RUN pip install --no-deps --editable .

USER seller
