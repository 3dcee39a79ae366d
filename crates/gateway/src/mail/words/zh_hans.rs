//! Simplified Chinese.

use super::MailWords;

pub(super) const WORDS: MailWords = MailWords {
    subject: "您的注册：{product}",
    subject_plain: "您的注册",
    hello: "{name}，您好：",
    hello_plain: "您好：",
    intro: "您的产品已注册。请保留此邮件，作为您的注册凭证。",
    see: "查看注册信息或添加购买凭证：",
    see_only: "查看注册信息：",
    private: "请勿转发此链接：任何拥有此链接的人都可以查看注册信息并添加购买凭证。",
    private_only: "请勿转发此链接：任何拥有此链接的人都可以查看注册信息。",
    why: "您收到此邮件，是因为在 {merchant} 注册产品时填写了此地址。如果不是您本人操作，无需处理。",
    title: "您的注册",
    registered_on: "注册日期",
    button: "发送购买凭证",
    receipt_here: "此注册已有购买凭证。",
    no_receipt_here: "无法在此添加购买凭证。如需补充，请回复确认邮件。",
    gone: "此链接已失效。",
    gone_then: "请用序列号再次注册该产品，届时可向您发送新的链接。",
    later: "暂时无法显示此注册。",
    later_then: "请几分钟后重试。",
    notice_subject: "新注册：{product}",
    notice_subject_plain: "新注册",
    notice_intro: "有产品完成注册。客户信息请在您的注册记录中查看，此邮件中不包含。",
    notice_form: "表单",
    notice_why: "此地址会收到 {merchant} 的新注册通知。注册卡的管理者可以更改此设置。",
};
