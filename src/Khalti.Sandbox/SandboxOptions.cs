namespace Khalti.Sandbox;

/// <summary>Settings of the sandbox, section <c>Sandbox</c>.</summary>
public sealed class SandboxOptions
{
    public const string Section = "Sandbox";

    /// <summary>
    /// Where it listens, plain http; several addresses are separated by semicolons. Port 0 picks a free port, with a
    /// numeric address only (<c>http://127.0.0.1:0</c>).
    /// </summary>
    public string Url { get; set; } = "http://localhost:5081";

    /// <summary>
    /// Where it listens by https as well, such as <c>https://localhost:5443</c>, with a certificate of an authority of its own; null is
    /// nowhere.
    /// </summary>
    public string? HttpsUrl { get; set; }

    /// <summary>Where the authority is kept; null is <see cref="CertificateAuthority.DefaultFolder"/>.</summary>
    public string? CertificateFolder { get; set; }

    /// <summary>
    /// What it calls itself to browsers, in <c>payment_url</c>, such as <c>http://localhost:5081</c> when servers reach it as
    /// <c>http://sandbox:5081</c>; null is the host that a request names.
    /// </summary>
    public string? PublicUrl { get; set; }

    /// <summary>
    /// A seed file: merchants, payers with balances, banks, switches and faults to begin with; or the name of a built-in one,
    /// <c>clients-2022</c>.
    /// </summary>
    public string? Seed { get; set; }

    /// <summary>Its own SQLite file. The folder is created; a relative path starts at <see cref="ContentRoot"/>.</summary>
    public string ConnectionString { get; set; } = "Data Source=data/sandbox.db";

    /// <summary>Where relative paths start; the working directory when it is null.</summary>
    public string? ContentRoot { get; set; }

    /// <summary>
    /// Largest amount of the default merchant, in paisa and inclusive; null is no limit, as after KYC. The second
    /// built-in merchant always has the limit of a merchant before KYC.
    /// </summary>
    public long? MaxAmount
    {
        get => Switches.MaxAmount;
        set => Switches = Switches with { MaxAmount = value };
    }

    /// <summary>
    /// Networks or addresses, besides this machine, that may use the control interface, such as <c>172.17.0.0/16</c>. Without any, a
    /// request that a proxy forwarded is refused.
    /// </summary>
    public string[] ControlNetworks { get; set; } = [];

    /// <summary>
    /// Names by which it may be reached besides localhost, numbers, names without a dot, Khalti's own and those in <see cref="Url"/>;
    /// <c>*.example.com</c> is allowed.
    /// </summary>
    public string[] Hosts { get; set; } = [];

    /// <summary>The behaviour where Khalti's documents leave it open.</summary>
    public SandboxBehaviour Switches { get; set; } = new();
}
