using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Http;

/// <summary>Under which names the shop answers, and that no name of a request gets into an answer.</summary>
public sealed class AllowedHostsTests
{
    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:5080")]
    [InlineData("localhost.")]
    [InlineData("127.0.0.1:9")]
    [InlineData("[::1]:5080")]
    [InlineData("shop.example")]
    [InlineData("SHOP.example:443")]
    [InlineData("pay.other.example")]
    [InlineData("internal-name:5080")]
    [InlineData("")]
    public async Task Configured_and_local_hosts_are_allowed(string host)
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Store:PublicUrl", "https://shop.example"), ("Admin:ApiKeys:0", Starting.MerchantKey),
            ("AllowedHosts", "internal-name;*.other.example"));

        RawHttp.StatusOf(await AskAsync(shop, host, "/health/live")).ShouldBe(200, host);
    }

    // A page of evil.example that makes its own name resolve to 127.0.0.1 sends its own name.
    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:5080")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.nip.io")]
    [InlineData("shop.example.evil.example")]
    [InlineData("notshop.example")]
    [InlineData("192.168.1.20:5080")]
    [InlineData("[2001:db8::1]")]
    [InlineData("%s")]
    public async Task Any_other_host_is_refused_with_a_problem_document(string host)
    {
        await using Shop shop = await Shop.OpenAsync(
            ("Store:PublicUrl", "https://shop.example"), ("Admin:ApiKeys:0", Starting.MerchantKey));

        foreach (string path in (string[])["/", "/admin", "/admin/", "/api/v1/config", "/health/live", "/openapi/v1.json", "/nope"])
        {
            string answer = await AskAsync(shop, host, path);

            RawHttp.StatusOf(answer).ShouldBe(400, host);
            if (host != "%s")
            {
                answer.ShouldContain("application/problem+json");
                answer.ShouldContain("\"code\":\"host_not_allowed\"");
                answer.ShouldNotContain(host);
            }
        }
    }

    [Theory]
    [InlineData("urls", "http://*:0")]
    [InlineData("urls", "http://+:0")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://*:0")]
    [InlineData("Kestrel:Endpoints:Http:Url", "http://+:0")]
    public async Task A_wildcard_listen_address_allows_no_other_host(string setting, string url)
    {
        await using Shop shop = await Shop.OpenAsync((setting, url), ("Admin:ApiKeys:0", Starting.MerchantKey));
        shop.ExpectWarnings(); // endpoints override urls

        RawHttp.StatusOf(await AskAsync(shop, "evil.example", "/admin/")).ShouldBe(400);
        RawHttp.StatusOf(await AskAsync(shop, "192.168.1.20:5080", "/admin/")).ShouldBe(200);
        RawHttp.StatusOf(await AskAsync(shop, "localhost", "/admin/")).ShouldBe(200);
    }

    [Theory]
    [InlineData("192.168.1.20:5080", 200)]
    [InlineData("[2001:db8::1]:5080", 200)]
    [InlineData("localhost", 200)]
    [InlineData("shop.local", 400)]
    [InlineData("evil.example", 400)]
    public async Task A_wildcard_listen_address_allows_IP_addresses_only(string host, int status)
    {
        await using Shop shop = await Shop.OpenAsync(("urls", "http://0.0.0.0:0"), ("Admin:ApiKeys:0", Starting.MerchantKey));

        RawHttp.StatusOf(await AskAsync(shop, host, "/health/live")).ShouldBe(status);
    }

    [Fact]
    public async Task A_very_long_Host_is_refused()
    {
        await using Shop shop = await Shop.OpenAsync();
        string id = (await shop.GivenOrderAsync()).Id();

        RawHttp.StatusOf(await AskAsync(shop, new string('a', 8000), $"/api/v1/orders/{id}/qr.svg")).ShouldBe(400);
    }

    [Fact]
    public async Task The_QR_code_has_the_configured_address_for_every_host()
    {
        await using Shop shop = await Shop.OpenAsync();
        string id = (await shop.GivenOrderAsync()).Id();
        string[] hosts = ["localhost", "127.0.0.1", "localhost:1", "[::1]"];

        string[] drawn = [.. await Task.WhenAll(hosts.Select(host => AskAsync(shop, host, $"/api/v1/orders/{id}/qr.svg")))];

        drawn.ShouldAllBe(answer => RawHttp.StatusOf(answer) == 200);
        drawn.Select(answer => answer[answer.IndexOf("<svg", StringComparison.Ordinal)..]).Distinct(StringComparer.Ordinal)
            .Count().ShouldBe(1);
    }

    private static Task<string> AskAsync(Shop shop, string host, string path) =>
        RawHttp.SendAsync(shop, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
}
