using Khalti.Sandbox.Tests.Support;

namespace Khalti.Sandbox.Tests;

public sealed class InitiateTests
{
    private const string WrongPin = """{"detail": "Mobile or pin invalid.", "tries_remaining": "2", "error_key": "validation_error"}""";

    [Theory]
    [InlineData("/api/v2/payment/initiate/")]
    [InlineData("/api/payment/initiate/")]
    public async Task Forms_and_JSON_are_accepted_on_both_paths(string path)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        object body = new
        {
            public_key = RunningSandbox.PublicKey,
            mobile = "9800000000",
            transaction_pin = "1111",
            amount = "1000",
            product_identity = "a",
            product_name = "b",
            widgetId = "khalti-widget-1",
            source = "checkout_v2.1",
        };

        Reply form = await sandbox.FormAsync(path, body);
        Reply json = await sandbox.JsonAsync(path, body);

        form.Status.ShouldBe(200);
        json.Status.ShouldBe(200);
        json.Json.AsObject().Select(one => one.Key).ShouldBe(["token"]);
        (await sandbox.TransactionsAsync()).Select(one => (string)one!["state"]!).ShouldBe(["Initiated", "Initiated"]);
    }

    [Theory]
    [InlineData("9800000001", "2222")]
    [InlineData("9811111111", "1111")]
    public async Task A_wrong_mobile_or_PIN_answers_the_remaining_attempts_as_text(string mobile, string pin)
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.InitiateAsync(pin, mobile);

        reply.ShouldBe(400, WrongPin);
        (await sandbox.TransactionsAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Three_wrong_PINs_lock_the_payer_for_a_time()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        (await sandbox.InitiateAsync("2222")).Json["tries_remaining"]!.ToString().ShouldBe("2");
        (await sandbox.InitiateAsync("2222")).Json["tries_remaining"]!.ToString().ShouldBe("1");

        Reply third = await sandbox.InitiateAsync("2222");
        Reply right = await sandbox.InitiateAsync();
        Reply other = await sandbox.InitiateAsync(mobile: "9800000002");

        third.Json["error_key"]!.ToString().ShouldBe("third_party_transaction_locked");
        right.Status.ShouldBe(400);
        right.Json["error_key"]!.ToString().ShouldBe("third_party_transaction_locked");
        other.Status.ShouldBe(200);

        sandbox.Time.Advance(TimeSpan.FromMinutes(15));
        (await sandbox.InitiateAsync("2222")).ShouldBe(400, WrongPin);
        (await sandbox.InitiateAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_right_PIN_resets_the_attempts()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();
        await sandbox.InitiateAsync("2222");
        await sandbox.InitiateAsync("2222");

        (await sandbox.InitiateAsync()).Status.ShouldBe(200);

        (await sandbox.InitiateAsync("2222")).ShouldBe(400, WrongPin);
    }

    [Fact]
    public async Task All_invalid_fields_are_answered_at_once_as_arrays()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        Reply reply = await sandbox.JsonAsync("/api/v2/payment/initiate/", new
        {
            mobile = "",
            transaction_pin = (string?)null,
            amount = 10.5,
            product_identity = new { a = 1 },
        });

        reply.ShouldBe(400, """
            {"public_key": ["This field is required."], "mobile": ["This field may not be blank."],
             "transaction_pin": ["This field may not be null."], "amount": ["A valid integer is required."],
             "product_identity": ["Not a valid string."], "product_name": ["This field is required."],
             "error_key": "validation_error"}
            """);
    }

    [Fact]
    public async Task An_unknown_public_key_is_refused()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.InitiateAsync(publicKey: RunningSandbox.SecretKey))
            .ShouldBe(400, """{"public_key": ["Invalid public key."], "error_key": "validation_error"}""");
    }

    [Fact]
    public async Task The_minimum_is_1000_paisa_inclusive()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.InitiateAsync(amount: 1000)).Status.ShouldBe(200);
        (await sandbox.InitiateAsync(amount: 999)).ShouldBe(400,
            """{"amount": ["Amount should be greater than Rs. 10, that is 1000 paisa."], "error_key": "validation_error"}""");
    }

    [Fact]
    public async Task A_merchant_before_KYC_is_limited_to_200_rupees()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync();

        (await sandbox.InitiateAsync(amount: 20_000, publicKey: RunningSandbox.OtherPublicKey)).Status.ShouldBe(200);
        (await sandbox.InitiateAsync(amount: 20_001, publicKey: RunningSandbox.OtherPublicKey))
            .ShouldBe(400, """{"amount": ["Amount must be less than 200."], "error_key": "validation_error"}""");
        (await sandbox.InitiateAsync(amount: 5_000_000)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task The_default_merchants_maximum_comes_from_the_settings()
    {
        await using RunningSandbox sandbox = await RunningSandbox.StartAsync(options => options.MaxAmount = 50_000);

        (await sandbox.InitiateAsync(amount: 50_000)).Status.ShouldBe(200);
        (await sandbox.InitiateAsync(amount: 50_001)).Json["amount"]![0]!.ToString().ShouldBe("Amount must be less than 500.");
    }
}
