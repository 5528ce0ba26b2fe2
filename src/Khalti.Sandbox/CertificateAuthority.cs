using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Khalti.Sandbox;

/// <summary>
/// The sandbox's own certificate authority: made once and kept in a folder of the user. It can vouch for Khalti's hosts and this
/// machine's names only, so that who trusts it trusts it for nothing else.
/// </summary>
public sealed class CertificateAuthority
{
    private const int CaYears = 10;
    private const int LeafDays = 397;
    private const int RenewalDays = 60;

    private readonly X509Certificate2 _certificate;
    private readonly DateTimeOffset _now;

    private CertificateAuthority(X509Certificate2 certificate, string file, DateTimeOffset now)
    {
        _certificate = certificate;
        CertificateFile = file;
        _now = now;
    }

    /// <summary>The names of Khalti's that a certificate of the sandbox is for.</summary>
    public static IReadOnlyList<string> KhaltiHosts { get; } = ["khalti.com", "*.khalti.com", "khalti.s3.ap-south-1.amazonaws.com"];

    /// <summary>Where it is kept by default: a folder of the user.</summary>
    public static string DefaultFolder => Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "khalti-sandbox");

    /// <summary>The certificate to trust, PEM.</summary>
    public string CertificateFile { get; }

    /// <summary>Opens the authority of the folder, or makes one.</summary>
    /// <param name="folder">Null is <see cref="DefaultFolder"/>.</param>
    /// <param name="time">The clock of validity.</param>
    public static CertificateAuthority Open(string? folder, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        string home = Path.GetFullPath(string.IsNullOrEmpty(folder) ? DefaultFolder : folder);
        string certificateFile = Path.Combine(home, "ca.pem");
        string keyFile = Path.Combine(home, "ca.key");
        DateTimeOffset now = time.GetUtcNow();
        if (File.Exists(certificateFile) && File.Exists(keyFile))
        {
            X509Certificate2 kept = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            if (kept.NotAfter.ToUniversalTime() > now.AddDays(RenewalDays).UtcDateTime)
            {
                return new CertificateAuthority(kept, certificateFile, now);
            }

            kept.Dispose();
        }

        X509Certificate2 made = Make(now);
        MakePrivateFolder(home);
        WritePrivate(keyFile, made.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificateFile, made.ExportCertificatePem() + "\n");
        return new CertificateAuthority(made, certificateFile, now);
    }

    /// <summary>A certificate with its key for Khalti's hosts, this machine, and further names or addresses.</summary>
    internal X509Certificate2 Issue(IEnumerable<string> further)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Khalti Sandbox", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        string[] local = ["localhost", "127.0.0.1", "::1"];
        foreach (string name in KhaltiHosts.Concat(local).Concat(further).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (IPAddress.TryParse(name, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        using X509Certificate2 issued = request.Create(
            _certificate, _now.AddDays(-1), Earlier(_now.AddDays(LeafDays), new DateTimeOffset(_certificate.NotAfter.ToUniversalTime())),
            RandomNumberGenerator.GetBytes(16));
        using X509Certificate2 withKey = issued.CopyWithPrivateKey(key);

        // Windows' TLS takes a key only out of a store.
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static X509Certificate2 Make(DateTimeOffset now)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new("CN=Khalti Sandbox CA of this machine", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        const X509KeyUsageFlags Signing = X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign;
        request.CertificateExtensions.Add(new X509KeyUsageExtension(Signing, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(PermittedNames());
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(CaYears));
    }

    /// <summary>Name constraints (RFC 5280, 4.2.1.10): Khalti's hosts, names of local networks, and private addresses.</summary>
    private static X509Extension PermittedNames()
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
        {
            string[] local = ["localhost", "sandbox", "local", "internal", "test"];
            foreach (string name in KhaltiHosts.Where(name => name[0] != '*').Concat(local))
            {
                using (writer.PushSequence())
                {
                    writer.WriteCharacterString(UniversalTagNumber.IA5String, name, new Asn1Tag(TagClass.ContextSpecific, 2));
                }
            }

            foreach (string network in (string[])["127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7"])
            {
                IPNetwork range = IPNetwork.Parse(network);
                byte[] address = range.BaseAddress.GetAddressBytes();
                byte[] mask = [.. Enumerable.Range(0, address.Length).Select(at => Mask(range.PrefixLength - (8 * at)))];
                using (writer.PushSequence())
                {
                    writer.WriteOctetString([.. address, .. mask], new Asn1Tag(TagClass.ContextSpecific, 7));
                }
            }
        }

        return new X509Extension("2.5.29.30", writer.Encode(), critical: true);
    }

    private static byte Mask(int bits) => bits >= 8 ? (byte)255 : bits <= 0 ? (byte)0 : (byte)(255 << (8 - bits));

    private static void MakePrivateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void WritePrivate(string file, string text)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using StreamWriter writer = new(new FileStream(file, options));
        writer.Write(text);
    }
}
