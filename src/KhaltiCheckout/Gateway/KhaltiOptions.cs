using System.ComponentModel.DataAnnotations;
using KhaltiCheckout.Model;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

public enum KhaltiMode
{
    /// <summary>Khalti Sandbox: nothing leaves this machine.</summary>
    Sandbox,

    /// <summary>Khalti itself with test keys: no money moves.</summary>
    Test,

    /// <summary>Real money.</summary>
    Live,
}

public enum LinkLifetimeUnit
{
    /// <summary>No time to live is sent: Khalti's own applies.</summary>
    None,
    Seconds,
    Minutes,
}

public sealed class KhaltiOptions
{
    public const string Section = "Khalti";

    public KhaltiMode? Mode { get; set; }

    public WidgetOptions Widget { get; set; } = new();

    [ValidateObjectMembers]
    public EPaymentOptions EPayment { get; set; } = new();

    /// <summary>How long one call to Khalti may take before its outcome counts as unknown.</summary>
    [Range(1, CheckSchedule.MaxCallSeconds, ErrorMessage = "Khalti:TimeoutSeconds must be between 1 and 60.")]
    public int TimeoutSeconds { get; set; } = 10;

    internal TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    /// <summary>How long one process may ask about one payment before another may: a few calls, each up to its time limit.</summary>
    internal TimeSpan Lease => CheckSchedule.LeaseFor(Timeout);
}

public sealed class WidgetOptions
{
    public bool Enabled { get; set; } = true;

    /// <summary>Khalti's origin for the server's calls.</summary>
    public string? BaseUrl { get; set; }

    public string? PublicKey { get; set; }

    public string? SecretKey { get; set; }

    /// <summary>Where the shopper's browser loads Khalti's script from.</summary>
    public string? ScriptUrl { get; set; }

    /// <summary>The setting that gave <see cref="BaseUrl"/>, for a refusal to name.</summary>
    internal string BaseUrlSetting { get; set; } = "Khalti:Widget:BaseUrl";

    /// <summary>The setting that gave <see cref="ScriptUrl"/>.</summary>
    internal string ScriptUrlSetting { get; set; } = "Khalti:Widget:ScriptUrl";

    /// <summary>The hash of that script, such as <c>sha384-…</c>: another script is then not run. Without it any is.</summary>
    public string? ScriptIntegrity { get; set; }

    /// <summary>Which ways to pay the widget shows, the first one open: KHALTI, EBANKING, MOBILE_BANKING, CONNECT_IPS, SCT.</summary>
    public string[]? PaymentPreference { get; set; }
}

/// <summary>Khalti's redirect product (KPG-2). Here the host tells test from live, not the key.</summary>
public sealed class EPaymentOptions
{
    /// <summary>Without a word: on in Mode Sandbox, and elsewhere where a key is set.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Khalti's origin: https://dev.khalti.com to try it out, https://khalti.com for real money.</summary>
    public string? BaseUrl { get; set; }

    public string? SecretKey { get; set; }

    /// <summary>The setting that gave <see cref="BaseUrl"/>, for a refusal to name.</summary>
    internal string BaseUrlSetting { get; set; } = "Khalti:EPayment:BaseUrl";

    /// <summary>In which unit a link's time to live (<c>ttl</c>) is sent, so that it ends with its order. Khalti does not document the
    /// unit, so by default none is sent.</summary>
    public LinkLifetimeUnit LinkLifetimeUnit { get; set; } = LinkLifetimeUnit.None;

    /// <summary>How many questions a minute about the links of one order shoppers can cause.</summary>
    [Range(1, 600, ErrorMessage = "Khalti:EPayment:LookupsPerMinute must be between 1 and 600.")]
    public int LookupsPerMinute { get; set; } = 30;

    internal bool IsOn => Enabled == true;
}

/// <summary>The stand-in for Khalti in Mode Sandbox.</summary>
public sealed class SandboxSettings
{
    public const string Section = "Sandbox";

    /// <summary>Whether it runs inside this program; otherwise one of its own is expected at <see cref="Url"/>.</summary>
    public bool Embedded { get; set; } = true;

    /// <summary>Its address, as this server and the shopper's browser reach it. Embedded, port 0 is any free port.</summary>
    [Required]
    public string Url { get; set; } = "http://localhost:5081";

    /// <summary>Its address for browsers, when that differs: <c>http://localhost:5081</c> for <c>http://sandbox:5081</c>.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Where it listens when that differs from its address, as in a container: <c>http://0.0.0.0:5081</c>.</summary>
    public string? ListenUrl { get; set; }

    [Required]
    public string ConnectionString { get; set; } = "Data Source=data/sandbox.db";

    /// <summary>Networks besides this machine that may use its control interface.</summary>
    public string[] ControlNetworks { get; set; } = [];

    /// <summary>Further names by which it may be reached.</summary>
    public string[] Hosts { get; set; } = [];
}
