namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>Who looks at the pages, and through what.</summary>
public sealed record Shopper(int Width = 1280, string Language = "en", bool JavaScript = true, bool Touch = false)
{
    internal int Height => Width < 600 ? 740 : 900;

    internal string Locale => Language == "ne" ? "ne-NP" : "en-GB";

    public override string ToString() => $"{Width}-{Language}";
}
