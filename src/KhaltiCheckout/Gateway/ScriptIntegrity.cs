using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace KhaltiCheckout.Gateway;

/// <summary>The hash by which a browser knows Khalti's script again (subresource integrity).</summary>
internal static partial class ScriptIntegrity
{
    internal static bool IsHash(string text) => Hash().IsMatch(text);

    internal static string Of(ReadOnlySpan<byte> script) => "sha384-" + Convert.ToBase64String(SHA384.HashData(script));

    /// <summary>
    /// Prints the hash of what an address serves now, for Khalti:Widget:ScriptIntegrity. Browsers compare it only if the server lets
    /// other origins read the script; where it does not, the setting would keep the widget from loading.
    /// </summary>
    internal static async Task<int> PrintAsync(
        HttpClient http, Uri address, TextWriter output, TextWriter errors, CancellationToken cancellationToken)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Get, address);
            request.Headers.Add("Origin", "https://shop.example");
            using HttpResponseMessage answer = await http.SendAsync(request, cancellationToken);
            if (!answer.IsSuccessStatusCode)
            {
                await errors.WriteLineAsync($"{address} answered {(int)answer.StatusCode}: there is no script to take the hash of.");
                return 1;
            }

            byte[] script = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
            await output.WriteLineAsync($"Khalti:Widget:ScriptIntegrity={Of(script)}");
            if (!answer.Headers.Contains("Access-Control-Allow-Origin"))
            {
                await errors.WriteLineAsync(
                    "Do not set it: this server does not let other origins read the script (no "
                    + "Access-Control-Allow-Origin), so browsers would refuse it.");
                return 1;
            }

            return 0;
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            await errors.WriteLineAsync($"{address} can't be reached: {failure.Message}");
            return 1;
        }
    }

    [GeneratedRegex(
        "^(sha256-[A-Za-z0-9+/]{43}=|sha384-[A-Za-z0-9+/]{64}|sha512-[A-Za-z0-9+/]{86}==)$",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Hash();
}
