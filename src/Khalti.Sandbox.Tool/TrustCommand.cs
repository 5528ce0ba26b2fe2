using System.CommandLine;
using System.Diagnostics;

namespace Khalti.Sandbox.Tool;

/// <summary>Says what each runtime needs to trust the sandbox's certificate authority; on Linux it can do it for the system.</summary>
internal static class TrustCommand
{
    // Where a system takes further authorities from, and what makes it read them.
    private static readonly (string Folder, string Command, string[] Arguments)[] Stores =
    [
        ("/usr/local/share/ca-certificates", "update-ca-certificates", []),
        ("/etc/pki/ca-trust/source/anchors", "update-ca-trust", ["extract"]),
    ];

    internal static Command Define()
    {
        Option<string> folder = new("--certificate-folder") { Description = "Where the certificate authority is kept." };
        Option<bool> install = new("--install") { Description = "Linux, as root: let the system trust it." };
        Option<bool> remove = new("--remove") { Description = "Linux, as root: undo --install." };
        Command trust = new("trust", "How programs come to trust the certificates of --https") { folder, install, remove };
        trust.SetAction((given, _) => Commands.ReportAsync(async () =>
        {
            CertificateAuthority authority = CertificateAuthority.Open(given.GetValue(folder), TimeProvider.System);
            if (given.GetValue(install) || given.GetValue(remove))
            {
                return await ChangeSystemAsync(authority.CertificateFile, given.GetValue(remove));
            }

            await Console.Out.WriteLineAsync(Explain(authority.CertificateFile));
            return Commands.Done;
        }));
        return trust;
    }

    private static async Task<int> ChangeSystemAsync(string certificate, bool remove)
    {
        (string folder, string command, string[] arguments) = Array.Find(Stores, store => Directory.Exists(store.Folder));
        if (folder is null)
        {
            throw new InvalidOperationException("No folder of trusted authorities that this command knows: see khalti-sandbox trust.");
        }

        string installed = Path.Combine(folder, "khalti-sandbox.crt");
        if (remove)
        {
            File.Delete(installed);
        }
        else
        {
            File.Copy(certificate, installed, overwrite: true);
        }

        using Process update = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false })!;
        await update.WaitForExitAsync();
        return update.ExitCode;
    }

    private static string Explain(string file) => $"""
        The authority of this machine's sandbox, for Khalti's hosts and local names only:
          {file}

        khalti-sandbox run -- COMMAND needs none of this. Otherwise, with its certificate trusted and Khalti's hosts in /etc/hosts:

        Debian, Ubuntu   khalti-sandbox trust --install     (as root; /usr/local/share/ca-certificates, update-ca-certificates)
        Fedora, RHEL     khalti-sandbox trust --install     (as root; /etc/pki/ca-trust/source/anchors, update-ca-trust)
        macOS            security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db {file}
        Windows          certutil -user -addstore Root {file}

        curl             --cacert {file}, or what the system trusts
        PHP              what the system trusts, or in php.ini curl.cainfo and openssl.cafile: a bundle that holds the file as well
        WordPress        has a bundle of its own: add_filter('http_request_args', fn ($args) => ['sslcertificates' => '{file}'] + $args);
        Node             NODE_EXTRA_CA_CERTS={file}
        Python requests  REQUESTS_CA_BUNDLE: a bundle that holds the file as well
        Python httpx     SSL_CERT_FILE: a bundle that holds the file as well
        Ruby, Go         what the system trusts, or SSL_CERT_FILE: a bundle that holds the file as well
        .NET             what the system trusts; on Linux SSL_CERT_FILE as well
        Java             keytool -importcert -cacerts -alias khalti-sandbox -storepass changeit -noprompt -file {file}
        Chromium         certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n khalti-sandbox -i {file}     (on Linux; elsewhere the system)
        Firefox          Settings, Certificates, Authorities, Import
        """;
}
