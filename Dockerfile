# Posology for several people, behind the hospital's sign-in: docs/deploy.md.
FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /posology
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . .
# The container is read-only: byte code that is not written here is compiled at each start.
RUN python -m compileall -q commands dosing records schedules screens
# The volume of the heads takes over whom this folder belongs to.
RUN install --directory --owner=10001 --group=10001 --mode=700 /heads
USER 10001:10001
EXPOSE 8501
CMD ["python", "-m", "streamlit", "run", "serve.py"]
