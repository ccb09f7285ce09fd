"""What a regimen file and the site file may say."""
