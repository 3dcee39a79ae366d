//! Japanese.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "製品登録のご確認：{product}",
    subject_plain: "製品登録のご確認",
    hello: "{name} 様",
    hello_plain: "お客様",
    intro: "製品の登録が完了しました。このメールは登録の確認書です。大切に保管してください。",
    see: "登録内容の確認、レシートの追加はこちら：",
    see_only: "登録内容の確認はこちら：",
    private: "このリンクは他の人に教えないでください。リンクを知っている人は、登録内容を見たり、レシートを追加したりできます。",
    private_only: "このリンクは他の人に教えないでください。リンクを知っている人は、登録内容を見ることができます。",
    why: "このメールは、{merchant} での製品登録時にこのアドレスが入力されたためお送りしています。お心当たりがない場合、何もする必要はありません。",
    title: "ご登録内容",
    registered_on: "登録日",
    button: "レシートを送信",
    receipt_here: "この登録にはレシートが追加されています。",
    no_receipt_here: "ここではレシートを追加できません。レシートが必要な場合は、確認メールにご返信ください。",
    gone: "このリンクは使えなくなりました。",
    gone_then: "シリアル番号でもう一度製品を登録すると、新しいリンクをお送りできます。",
    later: "ただいまこの登録を表示できません。",
    later_then: "数分後にもう一度お試しください。",
    notice_subject: "新しい製品登録：{product}",
    notice_subject_plain: "新しい製品登録",
    notice_intro: "製品が登録されました。お客様の情報はこのメールには含まれていません。登録一覧でご確認ください。",
    notice_form: "フォーム",
    notice_why: "このアドレスには {merchant} の新しい製品登録をお知らせしています。登録カードの管理者が変更できます。",
};
