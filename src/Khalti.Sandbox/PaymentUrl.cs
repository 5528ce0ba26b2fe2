namespace Khalti.Sandbox;

/// <summary>The address of a link's payment page, as initiate answers it.</summary>
internal sealed class PaymentUrl(Uri? publicUrl)
{
    /// <summary>
    /// At the address that the sandbox calls itself, else at the host of the request; at Khalti's API hosts the page has a host of its own.
    /// </summary>
    internal string For(Transaction link, HttpRequest request, SandboxBehaviour behaviour)
    {
        string origin = publicUrl?.GetLeftPart(UriPartial.Authority) ?? $"{request.Scheme}://{PageHost(request.Host)}";
        return behaviour.PaymentUrlForm == PaymentUrlForm.Wallet
            ? $"{origin}/wallet/?pidx={link.Pidx}&return_url={Uri.EscapeDataString(link.ReturnUrl!)}&mode=wallet"
            : $"{origin}/?pidx={link.Pidx}";
    }

    private static HostString PageHost(HostString api)
    {
        string? page = api.Host.ToUpperInvariant() switch
        {
            "KHALTI.COM" or "WWW.KHALTI.COM" => "pay.khalti.com",
            "DEV.KHALTI.COM" or "A.KHALTI.COM" => "test-pay.khalti.com",
            _ => null,
        };
        return page is null ? api : api.Port is { } port ? new HostString(page, port) : new HostString(page);
    }
}
