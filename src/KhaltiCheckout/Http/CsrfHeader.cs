namespace KhaltiCheckout.Http;

/// <summary>A page of ours says with this header that it meant to send a request with a cookie. Another site's form can't.</summary>
internal static class CsrfHeader
{
    internal const string Name = "X-Requested-With";
    internal const string Value = "khalti-checkout";
}
