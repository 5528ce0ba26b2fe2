using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.BrowserTests.Support;

/// <summary>Where the tests leave things. All of it is build output, never committed.</summary>
internal static class Places
{
    /// <summary>Screenshots and traces.</summary>
    internal static string Results { get; } = Directory.CreateDirectory(Path.Combine(Repository.Root, "TestResults", "browser")).FullName;

    /// <summary>Whether a failure leaves a trace beside its picture and its log. Recording costs time at every step, so it is asked
    /// for with BROWSER_TRACES=1.</summary>
    internal static bool KeepsTraces { get; } = Environment.GetEnvironmentVariable("BROWSER_TRACES") == "1";

    /// <summary>Whether every state that a test judges leaves a picture, asked for with BROWSER_PICTURES=1.</summary>
    internal static bool KeepsPictures { get; } = Environment.GetEnvironmentVariable("BROWSER_PICTURES") == "1";

    /// <summary>Where to look after this test has failed; an ending is yet to be added.</summary>
    internal static string Failed(string test) => Path.Combine(
        Directory.CreateDirectory(Path.Combine(Results, "failed")).FullName,
        string.Concat(test.Take(200).Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_')));

    /// <summary>Cache of downloaded files, kept between test runs.</summary>
    internal static string Cache { get; } = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "browser-tests")).FullName;
}
