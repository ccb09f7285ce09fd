# Posology for several people, behind the hospital's sign-in: docs/deploy.md.
FROM python:3.11-slim
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /posology
COPY requirements.lock ./
RUN pip install --no-cache-dir --no-compile --require-hashes -r requirements.lock
COPY . .
USER 10001:10001
EXPOSE 8501
CMD ["python", "-m", "streamlit", "run", "serve.py"]
