using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using KhaltiCheckout.Storage;
using KhaltiCheckout.Tests.Support;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;

namespace KhaltiCheckout.Tests.Http;

/// <summary>The shop in the test server in memory, as other people's tests start it.</summary>
public sealed class TestServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkout-memory-").FullName;

    [Fact]
    public async Task An_in_memory_test_server_accepts_the_development_key()
    {
        using TestDatabase database = TestDatabase.In(_folder);
        await using WebApplicationFactory<CheckoutDb> app = new WebApplicationFactory<CheckoutDb>().WithWebHostBuilder(builder =>
        {
            builder.UseSolutionRelativeContentRoot(".");
            (string Key, string? Value)[] settings =
            [
                ("hostBuilder:reloadConfigOnChange", "false"), ("Sandbox:Embedded", "false"), ("Reconciliation:Enabled", "false"),
                ("Log:Format", "None"),
            ];
            foreach ((string key, string? value) in settings.Concat(database.Settings))
            {
                builder.UseSetting(key, value);
            }
        });
        using HttpClient http = app.CreateClient();

        HttpResponseMessage placed = await http.PostAsJsonAsync(
            "/api/v1/orders", new { items = new[] { new { productId = "ilam-tea", quantity = 1 } } },
            TestContext.Current.CancellationToken);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "dev-admin-key-0000000000000000");
        HttpResponseMessage listed = await http.GetAsync("/api/v1/admin/orders", TestContext.Current.CancellationToken);

        placed.StatusCode.ShouldBe(HttpStatusCode.Created);
        listed.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await listed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"ord_");
    }

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
