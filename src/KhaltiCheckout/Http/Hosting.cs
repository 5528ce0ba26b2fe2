using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace KhaltiCheckout.Http;

/// <summary>Where the program listens, and how it says that it can't start.</summary>
internal static class Hosting
{
    /// <summary>Listens there unless a setting, an environment variable or the command line says where.</summary>
    internal static void ListenByDefaultOn(this WebApplicationBuilder builder, string url)
    {
        string[] settings = ["urls", "http_ports", "https_ports", "Kestrel:Endpoints"];
        if (Array.TrueForAll(settings, setting => !builder.Configuration.GetSection(setting).Exists()))
        {
            builder.WebHost.UseUrls(url);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = BodyLimit.Bytes;
        });
    }

    /// <summary>A wrong setting stops the program with a sentence, not with a stack trace.</summary>
    internal static async Task<int> RunOrExplainAsync(this WebApplication app)
    {
        try
        {
            await app.RunAsync();
            return 0;
        }
        catch (OptionsValidationException wrong)
        {
            return await ExplainAsync(string.Join(" ", wrong.Failures));
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            return await ExplainAsync(taken.Message + " Name another one with --urls.");
        }
    }

    private static async Task<int> ExplainAsync(string sentence)
    {
        await Console.Error.WriteLineAsync("Khalti Checkout can't start: " + sentence);
        return 1;
    }
}
