namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>Who looks at the pages, and through what.</summary>
/// <param name="Traced">Whether a trace is kept of a failure; it costs time at every step.</param>
public sealed record Shopper(int Width = 1280, string Language = "en", bool JavaScript = true, bool Traced = true, bool Touch = false)
{
    internal int Height => Width < 600 ? 740 : 900;

    internal string Locale => Language == "ne" ? "ne-NP" : "en-GB";

    public override string ToString() => $"{Width}-{Language}";
}
