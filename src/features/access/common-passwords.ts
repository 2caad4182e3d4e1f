/**
 * Passwords that are tried first, as leaked ones show: those of the world's and of China's lists that are long enough to
 * pass, and stems that people put digits behind. In small letters; runs and repetitions are found without a list.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `password passw0rd p@ssw0rd p@ssword pa$$word passwort password1 password12 password123 password! admin administrator admin123
  admin1234 admin888 admin666 adminadmin root rootroot root1234 toor guest welcome welcome1 letmein login master monkey dragon
  football baseball superman batman princess sunshine shadow michael jordan23 trustno1 whatever starwars hello helloworld
  iloveyou iloveyou1 loveyou woaini woaini1314 woaini520 woaini521 wo1314520 aini1314 aini520 love1314 5201314 520131400 1314520
  13145200 31415926 314159265 147258369 147852369 159357456 159753456 741852963 789456123 963852741 987654321 123123123 12341234
  11223344 112233445566 121212121 1q2w3e4r 1q2w3e4r5t 1q2w3e 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 2wsx3edc qazwsx qazwsxedc qazwsx123
  zaq12wsx zaq1xsw2 qwer1234 qwerasdf qwe123456 qwe123123 qweasdzxc qweasd123 qwerty qwerty1 qwerty12 qwerty123 qwerty12345
  qwertyui asdf1234 asdfasdf asd123456 asd123123 asdqwe123 zxcvbn zxcv1234 zxc123456 zxcvbnm123 a123456 a1234567 a12345678 a123456789
  a1b2c3d4 a1s2d3f4 aa123456 aa12345678 aaa123456 abc123 abc1234 abc12345 abc123456 abcd1234 abcd12345 abcd123456 abc123abc abcabc123
  123456a 1234567a 12345678a 123456789a 123456aa 123456abc 123456qwe 123qwe123 123qweasd 123qwe 123abc123 123654789 12345qwert 1234qwer
  1234abcd test test1234 testtest testing demo demo1234 user user1234 changeme default secret system server oracle mysql postgres
  redhat huawei huawei123 lenovo lenovo123 tencent wechat weixin taobao alipay baidu360 nihao nihao123 zhongguo zhonghua china
  china123 china2023 beijing beijing2008 shanghai woaizhongguo zhangwei wangwei liwei zhangsan lisi wangwu xiaoming dangyuan
  jiwei jijian jijianjiancha jianwei jiaoyuzhengdun lianzheng qinglian bangongshi dangban gongchandang renmin weirenminfuwu
  yibenzhang zhengdun ganbu jubao mima mima123 mimamima wodemima kouling denglu guanliyuan yonghu caonima tianxia pingan
  jixiang ruyi fucai facai 88888888 66666666 00000000 password2023 password2024 password2025 password2026 admin2023 admin2024
  admin2025 admin2026 教育整顿 纪检监察 纪委监委 中国共产党 为人民服务 我的密码 我的口令 一本账一本账 管理员管理员 密码密码密码密码`.split(
    /\s+/,
  ),
);
