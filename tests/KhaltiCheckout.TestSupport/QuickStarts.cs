using System.Diagnostics;

namespace KhaltiCheckout.Tests.Support;

internal static class QuickStarts
{
    /// <summary>For a program that lives for seconds: what is compiled is compiled once, and
    /// nobody counts how often it is called.</summary>
    internal static void QuickStart(this ProcessStartInfo start)
    {
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["DOTNET_TC_CallCounting"] = "0";
    }
}
