namespace Khalti.Sandbox.Tool;

/// <summary>The certificates that programs trust: where systems keep them, and files with the sandbox's authority added.</summary>
internal sealed class TrustBundle
{
    private static readonly string[] SystemFiles =
    [
        "/etc/ssl/certs/ca-certificates.crt", // Debian, Ubuntu, Alpine
        "/etc/pki/tls/certs/ca-bundle.crt", // Fedora, RHEL
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/ssl/ca-bundle.pem", // SUSE
        "/etc/ssl/cert.pem", // macOS, Alpine
    ];

    private TrustBundle(string folder) => Folder = folder;

    internal string Folder { get; }

    /// <summary>All certificates that this environment trusts, and the sandbox's authority.</summary>
    internal string BundleFile => Path.Combine(Folder, "bundle.pem");

    /// <summary>Further certificates for Node, which adds them to its own.</summary>
    internal string NodeFile => Path.Combine(Folder, "node.pem");

    /// <summary>A folder with PHP settings that name <see cref="BundleFile"/>.</summary>
    internal string PhpFolder => Path.Combine(Folder, "php");

    /// <summary>The files of the system that are there, each once.</summary>
    internal static IReadOnlyList<string> SystemBundles =>
    [
        .. SystemFiles.Where(File.Exists)
            .Select(file => File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file).Distinct(StringComparer.Ordinal),
    ];

    /// <summary>Writes the files below the folder.</summary>
    internal static TrustBundle Write(string folder, CertificateAuthority authority)
    {
        TrustBundle bundle = new(folder);
        string own = File.ReadAllText(authority.CertificateFile);
        string? trusted = new[] { Environment.GetEnvironmentVariable("SSL_CERT_FILE") }.Concat(SystemFiles)
            .FirstOrDefault(file => !string.IsNullOrEmpty(file) && File.Exists(file));
        string? node = Environment.GetEnvironmentVariable("NODE_EXTRA_CA_CERTS");
        File.WriteAllText(bundle.BundleFile, (trusted is null ? "" : File.ReadAllText(trusted) + "\n") + own);
        File.WriteAllText(bundle.NodeFile, (File.Exists(node) ? File.ReadAllText(node) + "\n" : "") + own);
        Directory.CreateDirectory(bundle.PhpFolder);
        File.WriteAllText(
            Path.Combine(bundle.PhpFolder, "khalti-sandbox.ini"),
            $"curl.cainfo=\"{bundle.BundleFile}\"\nopenssl.cafile=\"{bundle.BundleFile}\"\n");
        return bundle;
    }

    /// <summary>The environment variables by which runtimes find the files.</summary>
    internal IEnumerable<KeyValuePair<string, string>> Variables() =>
    [
        new("SSL_CERT_FILE", BundleFile), // OpenSSL, Ruby, Go, Python's ssl and httpx, .NET on Linux
        new("CURL_CA_BUNDLE", BundleFile),
        new("REQUESTS_CA_BUNDLE", BundleFile),
        new("NODE_EXTRA_CA_CERTS", NodeFile),
        new("DENO_CERT", NodeFile),
        new("PHP_INI_SCAN_DIR", $"{Environment.GetEnvironmentVariable("PHP_INI_SCAN_DIR")}{Path.PathSeparator}{PhpFolder}"),
    ];
}
