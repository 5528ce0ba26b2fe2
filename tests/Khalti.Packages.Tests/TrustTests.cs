using Khalti.Packages.Tests.Support;

namespace Khalti.Packages.Tests;

public sealed class TrustTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("khalti-trust-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Trust_says_what_each_runtime_needs()
    {
        Run run = await TrustAsync();

        run.ShouldSucceed().Output.ShouldContain(Path.Combine(_folder.FullName, "ca.pem"));
        string[] runtimes = ["curl", "PHP", "WordPress", "Node", "requests", "httpx", "Ruby, Go", ".NET", "Java", "Chromium"];
        foreach (string runtime in runtimes)
        {
            run.Output.ShouldContain(runtime);
        }
    }

    [Fact]
    public async Task Trust_installed_in_the_system_lets_curl_call_the_sandbox_by_https()
    {
        Runtime.Require("update-ca-certificates");
        await Runtime.RequireMountNamespaceAsync();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can change what the system trusts.");
        await using SandboxProgram sandbox = await SandboxProgram.StartBuiltAsync(
            "--https", "https://127.0.0.1:0", "--Sandbox:CertificateFolder", _folder.FullName);

        // In a mount namespace with copies of the system's folders: the machine stays as it is.
        Run run = await Run.ToEndAsync("unshare",
        [
            "--mount", "--", "sh", "-c", """
            set -e
            copy() { mkdir -p "$1/$(basename "$2")"; cp -a "$2/." "$1/$(basename "$2")"; mount --bind "$1/$(basename "$2")" "$2"; }
            copy "$1" /usr/local/share/ca-certificates
            copy "$1" /etc/ssl/certs
            unset CURL_CA_BUNDLE SSL_CERT_FILE SSL_CERT_DIR
            call() { curl -sS --connect-to khalti.com:443:127.0.0.1:"$2" https://khalti.com/api/v5/bank/; }
            call "$@" && exit 1
            dotnet "$3" trust --install --certificate-folder "$1" >/dev/null 2>&1
            call "$@"
            dotnet "$3" trust --remove --certificate-folder "$1" >/dev/null 2>&1
            call "$@" && exit 2
            exit 0
            """,
            "sh", _folder.FullName, $"{sandbox.HttpsPort}", SandboxProgram.Built,
        ]);

        run.ShouldSucceed().Output.ShouldStartWith("{\"total_pages\":1");
        File.Exists("/usr/local/share/ca-certificates/khalti-sandbox.crt").ShouldBeFalse();
    }

    private Task<Run> TrustAsync() => Run.ToEndAsync("dotnet", [SandboxProgram.Built, "trust", "--certificate-folder", _folder.FullName]);
}
