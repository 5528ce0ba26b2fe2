using KhaltiCheckout.Tests.Support;

namespace KhaltiCheckout.Tests.Attack;

/// <summary>Addresses that lead elsewhere: to other sites, to other headers, to other files.</summary>
public sealed class AddressAttackTests
{
    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/%5Cevil.example")]
    [InlineData("/%2F%2Fevil.example/..")]
    [InlineData("///evil.example/%2e%2e")]
    [InlineData("/css//evil.example")]
    [InlineData("/order.html?id=//evil.example&returnUrl=https://evil.example")]
    [InlineData("/?returnUrl=https://evil.example&next=//evil.example&redirect=https://evil.example")]
    [InlineData("/swagger//evil.example")]
    [InlineData("/payments/khalti/return?pidx=x&return_url=https://evil.example&purchase_order_id=//evil.example&status=Completed")]
    public async Task No_path_redirects_to_another_host(string path)
    {
        await using Target shop = await Target.OpenAsync();

        string answer = await shop.RawAsync([$"GET {path} HTTP/1.1"]);

        RawHttp.StatusOf(answer).ShouldBeInRange(200, 499);
        string head = answer.Split("\r\n\r\n")[0];
        string? location = head.Split("\r\n").FirstOrDefault(line => line.StartsWith("Location:", StringComparison.OrdinalIgnoreCase));
        location?.ShouldNotContain("evil");
    }

    [Theory]
    [InlineData("/api/v1/orders/ord_%0d%0aX-Injected:%201")]
    [InlineData("/%0d%0aX-Injected:%201")]
    [InlineData("/css%0d%0aX-Injected:%201/")]
    [InlineData("/swagger%0d%0aX-Injected:%201")]
    public async Task A_line_break_in_an_address_adds_no_header(string path)
    {
        await using Target shop = await Target.OpenAsync();

        string answer = await shop.RawAsync([$"GET {path} HTTP/1.1"]);

        RawHttp.StatusOf(answer).ShouldBeInRange(300, 499);
        answer.Split("\r\n\r\n")[0].Split("\r\n")
            .ShouldNotContain(line => line.StartsWith("X-Injected", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("/../appsettings.json")]
    [InlineData("/%2e%2e/appsettings.json")]
    [InlineData("/%2e%2e%2fappsettings.json")]
    [InlineData("/..%2f..%2fappsettings.json")]
    [InlineData("/..%5cappsettings.json")]
    [InlineData("/css/../../appsettings.json")]
    [InlineData("/css/%2e%2e/%2e%2e/appsettings.json")]
    [InlineData("/%252e%252e/appsettings.json")]
    [InlineData("/....//appsettings.json")]
    [InlineData("/appsettings.json")]
    [InlineData("/appsettings.Development.json")]
    [InlineData("/wwwroot/../appsettings.json")]
    [InlineData("/data/checkout.db")]
    [InlineData("/%2e%2e/data/checkout.db")]
    [InlineData("/data/sandbox.db")]
    [InlineData("/.git/config")]
    [InlineData("/%2e%2e/.git/config")]
    [InlineData("/KhaltiCheckout.sln")]
    [InlineData("/src/KhaltiCheckout/Program.cs")]
    [InlineData("/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("/css/site.css%00.json")]
    [InlineData("/_sandbox/transactions")]
    [InlineData("/_sandbox/reset")]
    public async Task No_file_outside_the_pages_is_served(string path)
    {
        await using Target shop = await Target.OpenAsync();

        string answer = await shop.RawAsync([$"GET {path} HTTP/1.1"]);

        RawHttp.StatusOf(answer).ShouldBeInRange(400, 499);
        foreach (string inside in (string[])["ConnectionString", "SQLite format", "[core]", "root:x:", "WebApplication",
            "Microsoft Visual Studio"])
        {
            answer.ShouldNotContain(inside);
        }
    }
}
