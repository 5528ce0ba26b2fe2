using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Gateway;

/// <summary>Fills in what a mode implies, so that a newcomer sets nothing and a merchant sets two keys.</summary>
internal sealed class KhaltiDefaults(IOptions<SandboxSettings> sandbox) : IPostConfigureOptions<KhaltiOptions>
{
    internal const string SandboxPublicKey = "test_public_key_11111111111111111111111111111111";
    internal const string SandboxSecretKey = "test_secret_key_22222222222222222222222222222222";

    internal const string SandboxEPaymentKey = "live_secret_key_33333333333333333333333333333333";

    private const string SandboxUrl = "Sandbox:Url";
    private const string TestEPaymentOrigin = "https://dev.khalti.com";
    private const string KhaltiOrigin = "https://khalti.com";
    private const string WidgetScript =
        "https://khalti.s3.ap-south-1.amazonaws.com/KPG/dist/2020.12.22.0.0.0/khalti-checkout.iffe.js";

    public void PostConfigure(string? name, KhaltiOptions options)
    {
        WidgetOptions widget = options.Widget;
        if (options.Mode == KhaltiMode.Sandbox)
        {
            string url = sandbox.Value.Url.TrimEnd('/');
            bool isPublic = !string.IsNullOrWhiteSpace(sandbox.Value.PublicUrl);
            string publicUrl = isPublic ? sandbox.Value.PublicUrl!.TrimEnd('/') : url;
            widget.BaseUrlSetting = string.IsNullOrWhiteSpace(widget.BaseUrl) ? SandboxUrl : widget.BaseUrlSetting;
            widget.ScriptUrlSetting = !string.IsNullOrWhiteSpace(widget.ScriptUrl) ? widget.ScriptUrlSetting
                : isPublic ? "Sandbox:PublicUrl" : SandboxUrl;
            options.EPayment.BaseUrlSetting =
                string.IsNullOrWhiteSpace(options.EPayment.BaseUrl) ? SandboxUrl : options.EPayment.BaseUrlSetting;
            widget.BaseUrl = Or(widget.BaseUrl, url);
            widget.ScriptUrl = Or(widget.ScriptUrl, publicUrl + "/khalti-checkout.js");
            widget.PublicKey = Or(widget.PublicKey, SandboxPublicKey);
            widget.SecretKey = Or(widget.SecretKey, SandboxSecretKey);
            options.EPayment.Enabled ??= true;
            options.EPayment.BaseUrl = Or(options.EPayment.BaseUrl, url);
            options.EPayment.SecretKey = Or(options.EPayment.SecretKey, SandboxEPaymentKey);
        }
        else
        {
            widget.BaseUrl = Or(widget.BaseUrl, KhaltiOrigin);
            widget.ScriptUrl = Or(widget.ScriptUrl, WidgetScript);
            options.EPayment.Enabled ??= !string.IsNullOrWhiteSpace(options.EPayment.SecretKey);
            options.EPayment.BaseUrl = Or(options.EPayment.BaseUrl, options.Mode == KhaltiMode.Live ? KhaltiOrigin : TestEPaymentOrigin);
        }

        // Banks and cards have no test mode at Khalti: a test key would reach the real bank.
        widget.PaymentPreference ??= options.Mode == KhaltiMode.Live
            ? ["KHALTI", "EBANKING", "MOBILE_BANKING", "CONNECT_IPS", "SCT"]
            : ["KHALTI"];
    }

    private static string Or(string? given, string otherwise) => string.IsNullOrWhiteSpace(given) ? otherwise : given;
}

/// <summary>Chooses the port when none is named, before anybody has to know it.</summary>
internal sealed class SandboxDefaults : IPostConfigureOptions<SandboxSettings>
{
    public void PostConfigure(string? name, SandboxSettings options)
    {
        if (options.Embedded && Uri.TryCreate(options.Url, UriKind.Absolute, out Uri? address) && address.Port == 0)
        {
            using TcpListener free = new(IPAddress.Loopback, 0);
            free.Start();
            options.Url = new UriBuilder(address) { Port = ((IPEndPoint)free.LocalEndpoint).Port }.Uri.ToString();
        }
    }
}
