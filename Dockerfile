# Build with the SDK, run with the runtime that belongs to it: the image holds the program and nothing to build it with.
FROM mcr.microsoft.com/dotnet/sdk:10.0.401 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props BannedSymbols.txt .editorconfig appsettings.json ./
COPY src/Package.props src/
COPY src/Khalti.Client/Khalti.Client.csproj src/Khalti.Client/packages.lock.json src/Khalti.Client/
COPY src/Khalti.Sandbox/Khalti.Sandbox.csproj src/Khalti.Sandbox/packages.lock.json src/Khalti.Sandbox/
COPY src/KhaltiCheckout/KhaltiCheckout.csproj src/KhaltiCheckout/packages.lock.json src/KhaltiCheckout/
RUN dotnet restore src/KhaltiCheckout --locked-mode
COPY wwwroot/ wwwroot/
COPY src/ src/
RUN dotnet publish src/KhaltiCheckout --no-restore -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0.12
# curl is for the health check.
RUN apt-get update \
 && apt-get install -y --no-install-recommends curl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app ./
# Everything that must outlive the container is here.
RUN mkdir -m 700 /app/data && chown $APP_UID /app/data
VOLUME /app/data
USER $APP_UID
ENV ASPNETCORE_HTTP_PORTS=5080 \
    DOTNET_hostBuilder__reloadConfigOnChange=false
EXPOSE 5080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD curl -fsS http://localhost:5080/health/ready || exit 1
ENTRYPOINT ["dotnet", "KhaltiCheckout.dll"]
